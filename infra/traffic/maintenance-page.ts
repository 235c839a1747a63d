/** What people see during maintenance: one file with nothing to fetch, below the 4 KB that AWS WAF takes. */
export function maintenancePage(domain: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${domain}: maintenance</title>
<style>
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 20vh auto 0; padding: 0 1rem; }
  @media (prefers-color-scheme: dark) { body { background: #16181d; color: #e8e8e8; } }
</style>
</head>
<body>
<h1>We are updating ${domain}</h1>
<p>It will be back in a few minutes. Nothing that you saved is lost: please try again shortly.</p>
</body>
</html>
`;
}

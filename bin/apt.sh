# Debian's and Ubuntu's packages, for the scripts here that read this in: as root, or by sudo without a password.

as_root=
if [ "$(id -u)" -ne 0 ]; then as_root="sudo -n"; fi

may_install() { command -v apt-get >/dev/null && $as_root true 2>/dev/null; }

# What apt says is shown only when it fails.
apt_install() {
  log=$(mktemp)
  if {
    $as_root apt-get -q update &&
      $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends "$@"
  } >"$log" 2>&1 </dev/null; then
    rm -f "$log"
  else
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
}

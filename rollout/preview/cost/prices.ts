/**
 * List prices of AWS, entered by hand and not fetched: an approximation to see what a change does to the bill, not the
 * bill. On demand, without reserved capacity, credits, taxes and free tiers.
 */
export const PRICES = {
  region: "us-east-1",
  date: "2025-11-01",
  source: "AWS price list (aws.amazon.com/pricing), on-demand list prices",
  currency: "USD",
  hoursAMonth: 730,
  /** US dollars an hour. */
  server: {
    "t3.micro": 0.0104,
    "t3.small": 0.0208,
    "t3.medium": 0.0416,
    "t3.large": 0.0832,
    "t3.xlarge": 0.1664,
    "t3.2xlarge": 0.3328,
    "t3a.medium": 0.0376,
    "t4g.micro": 0.0084,
    "t4g.small": 0.0168,
    "t4g.medium": 0.0336,
    "t4g.large": 0.0672,
    "t4g.xlarge": 0.1344,
    "m5.large": 0.096,
    "m6i.large": 0.096,
    "m6i.xlarge": 0.192,
    "m7g.medium": 0.0408,
    "m7g.large": 0.0816,
    "m7g.xlarge": 0.1632,
    "m7i.large": 0.1008,
    "m7i.xlarge": 0.2016,
    "c6i.large": 0.085,
    "c7g.large": 0.0725,
    "c7i.large": 0.08925,
    "r6i.large": 0.126,
  } as Record<string, number>,
  /** PostgreSQL in one zone, US dollars an hour; a standby costs the same again. */
  database: {
    "db.t3.micro": 0.018,
    "db.t3.small": 0.036,
    "db.t3.medium": 0.072,
    "db.t3.large": 0.145,
    "db.t4g.micro": 0.016,
    "db.t4g.small": 0.032,
    "db.t4g.medium": 0.065,
    "db.t4g.large": 0.129,
    "db.m6g.large": 0.159,
    "db.m6g.xlarge": 0.318,
    "db.m6i.large": 0.178,
    "db.m7g.large": 0.168,
    "db.m7g.xlarge": 0.337,
    "db.r6g.large": 0.225,
    "db.r7g.large": 0.239,
  } as Record<string, number>,
  /** Redis, US dollars an hour for each node. */
  cache: {
    "cache.t3.micro": 0.017,
    "cache.t3.small": 0.034,
    "cache.t3.medium": 0.068,
    "cache.t4g.micro": 0.016,
    "cache.t4g.small": 0.032,
    "cache.t4g.medium": 0.065,
    "cache.m6g.large": 0.149,
    "cache.m7g.large": 0.158,
    "cache.r6g.large": 0.206,
    "cache.r7g.large": 0.219,
  } as Record<string, number>,
  /** US dollars an hour each. */
  hourly: { natGateway: 0.045, loadBalancer: 0.0225, publicAddress: 0.005 },
  /** Of a function on arm64, US dollars: a GiB of memory for a second, and one start by a schedule. */
  functionGibSecond: 0.0000133334,
  started: (0.2 + 1) / 1e6,
  /** US dollars a month each; `gib` for each GiB. */
  monthly: {
    diskGib: 0.08,
    /** Logs as CloudWatch takes them in, for each 10^9 bytes. */
    logGb: 0.5,
    databaseGib: 0.115,
    detailedMonitoring: 2.1,
    webAcl: 5,
    webAclRule: 1,
    secret: 0.4,
    key: 1,
    metricAlarm: 0.1,
    compositeAlarm: 0.5,
    dashboard: 3,
  },
};

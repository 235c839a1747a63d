/** How virtual time goes by: a look at the rehearsal every so often, each of which stands for some minutes. */
export interface Pace {
  everyMs: number;
  minutes: number;
  /** How often the alarms are evaluated in that time, in seconds, where a week goes by; each minute otherwise. */
  evaluatedEvery?: number;
}

/** How virtual time goes by: a look at the rehearsal every so often, each of which stands for some minutes. */
export interface Pace {
  everyMs: number;
  minutes: number;
}

/** Something that AWS does or refuses, which a test met or a document says: it has a name, and where it is written. */
export interface Rule {
  name: string;
  source: string;
}

/** AWS says no, by a rule. */
export class Refused extends Error {
  readonly rule: Rule;

  constructor(rule: Rule, message: string) {
    super(message);
    this.rule = rule;
  }
}

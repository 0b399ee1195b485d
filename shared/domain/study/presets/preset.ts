/** A recipe for a study: what it sets of a plan; the rest has the plan's own defaults. docs/protocol.md says where each value comes from. */
export interface PresetFacts<Id extends string = string> {
  readonly id: Id;
  /** whether patients may stand on both sides of the split: only to repeat what others published */
  readonly allowsLeaks: boolean;
  /** fewer seeds than this are told before a study starts */
  readonly fewestSeeds: number;
  /** fields of the plan */
  readonly plan: Readonly<Record<string, unknown>>;
}

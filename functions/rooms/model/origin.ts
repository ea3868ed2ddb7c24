/** Ids of the source that a team needs to write the link back to where it came from. Nothing personal. */
export type Origin = Readonly<Record<string, string>>;

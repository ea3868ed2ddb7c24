/** The ids in the source that a team needs to write the link back. They contain no personal data. */
export type Origin = Readonly<Record<string, string>>;

/** Something that we did not write and that tests run as it is. */
export interface Component {
  readonly name: string;
  /** What is not done where it is missing. */
  readonly without: string;
  install(): Installed;
}

export interface Installed {
  readonly isThere: boolean;
  /** Where it is, or why it is not there. */
  readonly says: string;
}

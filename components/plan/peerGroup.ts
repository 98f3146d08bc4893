/** What a person's group is like. */
export interface GroupDefinition {
  creator?: string;
  role?: string;
  roles?: Readonly<Record<string, string>>;
  invitationLifetimeSeconds?: number;
  memberLifetimeSeconds?: number;
}

/** How machines prove that they find and reach each other. */
export interface ProofDefinition {
  token?: string;
  whenFailed?: string;
  sample?: number;
  settleSeconds?: number;
}

// Placeholder of the lead, to be overwritten.
export interface PromptRenderer {
  syntax: string;
  render(template: string, variables: Readonly<Record<string, string>>): string;
}

/** A step by name and key: a StepHandle, or what a caller writes. */
export interface StepLike {
  readonly name: string;
  readonly key?: string | undefined;
}

/** A step as it goes over the wire; a handle has more fields than the server knows. */
export function toStepRef({ name, key = '' }: StepLike): { name: string; key: string } {
  return { name, key };
}

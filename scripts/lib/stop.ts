/** Ends a command with a sentence for the person at the terminal instead of a stack. */
export class Stop extends Error {}

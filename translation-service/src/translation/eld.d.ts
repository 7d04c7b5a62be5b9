/** The part of the language detector that we use; the package's own types do not reach its main entry. */
declare module 'eld' {
  interface Result {
    /** ISO 639-1 code; empty when nothing was recognised. */
    language: string
    isReliable(): boolean
    getScores(): Record<string, number>
  }
  interface Eld {
    load(size: 'extrasmall' | 'small' | 'medium' | 'large'): Promise<unknown>
    setLanguageSubset(codes: readonly string[]): unknown
    detect(text: string): Result
  }
  export const eld: Eld
}

/** A model that this version knows how to run. */
export interface KnownModel {
  /** Also the name of its folder under the models' path. */
  name: string
  family: 'nllb'
  licence: string
  /** What an operator should know of it, in a sentence or two. */
  hint: string
  /** The value of `model_type` in its config.json. */
  architecture: string
}

export const starterNllb: KnownModel = {
  name: 'starter-nllb',
  family: 'nllb',
  licence: 'MIT',
  hint: 'Ships with the repository and knows everyday sentences in the ten languages; what it is not sure of is shown in the original.',
  architecture: 'm2m_100',
}

/** In the order of preference. */
export const knownModels: readonly KnownModel[] = [starterNllb]

import { fuzzPart } from './fuzz/part.js'

fuzzPart(1, 3)

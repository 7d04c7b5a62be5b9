import { fuzzPart } from './fuzz/part.js'

fuzzPart(0, 3)

import { fuzzPart } from './fuzz/part.js'

fuzzPart(2, 3)

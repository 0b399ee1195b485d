/**
 * `node test/reference/write-weights.ts ID FILE [formula]`: a checkpoint as training saves it, of the initial weights, or by the
 * formula that leaves none zero.
 */
import { createModel } from '../../main/models/registry.ts';
import { initialWeights, weightsFrom } from '../../main/models/weights.ts';
import { saveWeights } from '../../main/training/checkpoint.ts';
import { formulaValues } from '../helpers/formula.ts';

const [id, file, formula] = process.argv.slice(2);
const { model } = createModel(id);
await saveWeights(file, model, formula ? weightsFrom(model, formulaValues) : initialWeights(model, 0), 1, { model: id });

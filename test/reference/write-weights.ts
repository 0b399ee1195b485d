/** `node test/reference/write-weights.ts ID FILE`: a checkpoint as training saves it, for exchange.py. */
import { createModel } from '../../main/models/registry.ts';
import { initialWeights } from '../../main/models/weights.ts';
import { saveWeights } from '../../main/training/checkpoint.ts';

const [id, file] = process.argv.slice(2);
const { model } = createModel(id);
await saveWeights(file, model, initialWeights(model, 0), 1, { model: id });

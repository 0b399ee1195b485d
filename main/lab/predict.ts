export { runPrediction } from '../executors/predict.ts';

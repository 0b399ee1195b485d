import type { Binding, OpAttribute } from './binding.ts';
import { type ConstantTensor, type GraphAttribute, type GraphFunction, type GraphNode, type Ref, savedModel } from './graph.ts';
import { type InputSpec, typeOf } from './step.ts';

/** A recorded step: its operators, and where its results come from. */
export interface RecordedStep {
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly { readonly name: string; readonly from: Ref }[];
  readonly updates: readonly { readonly name: string; readonly from: Ref }[];
}

const TF_RESOURCE = 20; // TF_DataType; the addon's typings lack it

/** Puts placeholders, variables and fetches around the recorded operators. */
export class GraphBuilder {
  private readonly binding: Binding;
  private readonly inputs: readonly (readonly [name: string, spec: InputSpec])[];
  private readonly variables: readonly { readonly name: string; readonly index: number; readonly shape: readonly number[] }[];
  private readonly step: RecordedStep;

  constructor(
    binding: Binding,
    inputs: readonly (readonly [name: string, spec: InputSpec])[],
    variables: ReadonlyMap<string, { readonly index: number; readonly shape: readonly number[] }>,
    step: RecordedStep,
  ) {
    this.binding = binding;
    this.inputs = inputs;
    this.variables = [...variables].map(([name, facts]) => ({ name, ...facts }));
    this.step = step;
    if (step.outputs.length === 0) throw new Error('a step must return an output: without one nothing of it would run');
  }

  /** All operators in the graph itself. */
  plain(): Uint8Array {
    const { assigned, nodes } = this.body();
    const fetches = this.step.outputs.map(({ name, from }) => this.identity(`out/${name}`, from, assigned));
    return savedModel(this.binding, [...this.frame(), ...nodes, ...fetches]);
  }

  /** All operators in one function that XLA must compile, and a call of it. */
  compiled(): Uint8Array {
    const { binding } = this;
    const { assigned, nodes: body } = this.body();
    const float = binding.TF_FLOAT;
    const { before, nodes, crossing } = splitRandom(body);
    const results = this.step.outputs.map(({ from }, i) => this.identity(`result/${i}`, from, assigned));
    const step: GraphFunction = {
      name: 'step',
      parameters: [
        ...this.inputs.map(([name, { dtype }]) => ({ name: `in/${name}`, dtype: typeOf(binding, dtype) })),
        ...this.variables.map(({ index }) => ({ name: `variable/${index}`, dtype: TF_RESOURCE })),
        ...crossing.map((name) => ({ name, dtype: float })),
      ],
      nodes: [...nodes, ...results],
      results: results.map(({ name }, i) => ({ name: `y${i}`, dtype: float, from: { node: name, output: 0 } })),
      mustCompile: true,
    };
    const text = (name: string): GraphAttribute => ({ name, type: binding.TF_ATTR_STRING, value: '' });
    const call: GraphNode = {
      name: 'call',
      op: 'StatefulPartitionedCall',
      inputs: step.parameters.map(({ name }) => ({ node: name, output: 0 })),
      attributes: [
        { name: 'Tin', types: step.parameters.map(({ dtype }) => dtype) },
        { name: 'Tout', types: step.results.map(() => float) },
        { name: 'f', functionName: step.name },
        { name: '_XlaMustCompile', type: binding.TF_ATTR_BOOL, value: true },
        text('config'),
        text('config_proto'),
        text('executor_type'),
      ],
    };
    const fetches = this.step.outputs.map(({ name }, output) => this.identity(`out/${name}`, { node: 'call', output }));
    return savedModel(binding, [...this.frame(), ...before, call, ...fetches], [step]);
  }

  /** Reads of the variables, the recorded operators, assignments of what they computed. */
  private body(): { nodes: GraphNode[]; assigned: string[] } {
    const type = this.type('dtype', this.binding.TF_FLOAT);
    const reads = this.variables.map(({ index }): GraphNode => ({
      name: `value/${index}`,
      op: 'ReadVariableOp',
      inputs: [{ node: `variable/${index}`, output: 0 }],
      attributes: [type],
    }));
    const indices = new Map(this.variables.map(({ name, index }) => [name, index]));
    const assignments = this.step.updates.map(({ name, from }): GraphNode => {
      const index = indices.get(name);
      if (index === undefined) throw new Error(`the step updates "${name}", which is no variable`);
      return {
        name: `assign/${index}`,
        op: 'AssignVariableOp',
        inputs: [{ node: `variable/${index}`, output: 0 }, from],
        after: [`value/${index}`], // every operator sees the value from before the step
        attributes: [type],
      };
    });
    return { nodes: [...reads, ...this.step.nodes, ...assignments], assigned: assignments.map(({ name }) => name) };
  }

  /** Placeholders of the inputs; per variable its handle, and nodes to read it and to set it from outside. */
  private frame(): GraphNode[] {
    const { binding } = this;
    const inputs = this.inputs.map(([name, { shape, dtype }]) => this.placeholder(`in/${name}`, typeOf(binding, dtype), shape));
    const zero = this.constant('zero', { shape: [], dtype: binding.TF_FLOAT, values: new Float32Array(1) });
    return [...inputs, zero, ...this.variables.flatMap((variable) => this.variable(variable))];
  }

  /** A variable's handle; nodes to read it, to set it from outside, and to clear it. Const nodes say that it is done. */
  private variable({ index, shape }: { readonly index: number; readonly shape: readonly number[] }): GraphNode[] {
    const { binding } = this;
    const dtype = binding.TF_FLOAT;
    const type = this.type('dtype', dtype);
    const output = (node: string): Ref => ({ node, output: 0 });
    const handle: GraphNode = {
      name: `variable/${index}`,
      op: 'VarHandleOp',
      inputs: [],
      attributes: [type, this.shape(shape), { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `variable/${index}` }],
    };
    const assign = (name: string, value: string): GraphNode => ({
      name,
      op: 'AssignVariableOp',
      inputs: [output(handle.name), output(value)],
      attributes: [type],
    });
    const done = { shape: [], dtype, values: new Float32Array(1) };
    const size = { shape: [shape.length], dtype: binding.TF_INT32, values: Int32Array.from(shape) };
    return [
      handle,
      { name: `read/${index}`, op: 'ReadVariableOp', inputs: [output(handle.name)], attributes: [type] },
      this.placeholder(`set/${index}`, dtype, shape),
      // what is fed is the caller's memory, which a variable must neither keep nor change
      { name: `copy/${index}`, op: 'DeepCopy', inputs: [output(`set/${index}`)], attributes: [this.type('T', dtype)] },
      assign(`store/${index}`, `copy/${index}`),
      this.constant(`written/${index}`, done, [`store/${index}`]),
      this.constant(`size/${index}`, size),
      {
        name: `zeros/${index}`,
        op: 'Fill',
        inputs: [output(`size/${index}`), output('zero')],
        attributes: [this.type('T', dtype), this.type('index_type', binding.TF_INT32)],
      },
      assign(`clear/${index}`, `zeros/${index}`),
      this.constant(`cleared/${index}`, done, [`clear/${index}`]),
    ];
  }

  private placeholder(name: string, dtype: number, shape: readonly number[]): GraphNode {
    return { name, op: 'Placeholder', inputs: [], attributes: [this.type('dtype', dtype), this.shape(shape)] };
  }

  private constant(name: string, tensor: ConstantTensor, after: readonly string[] = []): GraphNode {
    return { name, op: 'Const', inputs: [], after, attributes: [this.type('dtype', tensor.dtype), { name: 'value', tensor }] };
  }

  private shape(value: readonly number[]): OpAttribute {
    return { name: 'shape', type: this.binding.TF_ATTR_SHAPE, value: [...value] };
  }

  private identity(name: string, from: Ref, after: readonly string[] = []): GraphNode {
    return { name, op: 'Identity', inputs: [from], after, attributes: [this.type('T', this.binding.TF_FLOAT)] };
  }

  private type(name: string, value: number): OpAttribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value };
  }
}

/**
 * XLA draws other random numbers from the same seed than TensorFlow does. So that every rung drops the same values, they are
 * drawn outside of the compiled function, by operators that depend on inputs and constants only, and handed to it.
 */
function splitRandom(body: readonly GraphNode[]): { before: GraphNode[]; nodes: GraphNode[]; crossing: string[] } {
  const byName = new Map(body.map((node) => [node.name, node]));
  const outside = new Set<GraphNode>();
  const take = (node: GraphNode) => {
    if (outside.has(node)) return;
    outside.add(node);
    for (const { node: input } of node.inputs) if (byName.has(input)) take(byName.get(input)!);
  };
  const drawn = body.filter(({ op }) => op.startsWith('StatelessRandom'));
  drawn.forEach(take);
  if ([...outside].some(({ op }) => op === 'ReadVariableOp'))
    throw new Error('a seed that depends on a variable cannot be compiled');
  const names = new Set(drawn.map(({ name }) => name));
  const inside = body.filter(({ name }) => !names.has(name)); // constants and seeds may serve both sides
  return { before: body.filter((node) => outside.has(node)), nodes: inside, crossing: [...names] };
}

/**
 * An ONNX graph, written node by node: each call names its inputs and answers the name of its output.
 * Field numbers are those of onnx.proto (IR version 8, operator set 17, ai.onnx.ml 3).
 */
import { bytes, concatenate, type Field, message, text, whole } from "./protobuf.js";

const IR_VERSION = 8;
const OPSET = 17;
const ML_OPSET = 3;

/** TensorProto.DataType */
const TYPE = { int64: 7, string: 8, double: 11 } as const;
export type ElementType = keyof typeof TYPE;

/** AttributeProto.AttributeType */
const ATTRIBUTE = { int: 2, ints: 7, strings: 8 } as const;

/** An attribute of a node: a whole number, or a list of whole numbers or of texts. */
export type Attribute = number | readonly number[] | readonly string[];

export interface Port {
  readonly name: string;
  readonly type: ElementType;
  /** A number, or a name for a length that varies. */
  readonly shape: readonly (number | string)[];
}

export interface Graph {
  /** Add an operation; answers its output, or its first when there are several. */
  node(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  /** The same for an operation of several outputs. */
  nodes(
    op: string,
    inputs: readonly string[],
    outputs: number,
    attributes?: Readonly<Record<string, Attribute>>,
  ): string[];
  /** Numbers known beforehand, row-major. */
  doubles(values: ArrayLike<number>, shape: readonly number[]): string;
  wholes(values: readonly number[], shape?: readonly number[]): string;
  input(port: Port): string;
  /** Make a value an output, under the port's name. */
  output(value: string, port: Port): void;
  /** The file. */
  encode(name: string, about: string, properties: Readonly<Record<string, string>>): Uint8Array;
}

export function createGraph(): Graph {
  const nodes: Field[] = [];
  const constants: Field[] = [];
  const inputs: Field[] = [];
  const outputs: Field[] = [];
  let count = 0;
  const fresh = (what: string) => `${what}_${++count}`;

  const constant = (type: ElementType, shape: readonly number[], data: Field): string => {
    const name = fresh("const");
    constants.push(message(5, [...shape.map((size) => whole(1, size)), whole(2, TYPE[type]), data, text(8, name)]));
    return name;
  };

  const graph: Graph = {
    node: (op, from, attributes) => graph.nodes(op, from, 1, attributes)[0]!,
    nodes(op, from, many, attributes = {}) {
      const made = Array.from({ length: many }, () => fresh(op));
      nodes.push(
        message(1, [
          ...from.map((name) => text(1, name)),
          ...made.map((name) => text(2, name)),
          text(3, made[0]!),
          text(4, op),
          ...Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value))),
          ...(op === "LabelEncoder" ? [text(7, "ai.onnx.ml")] : []),
        ]),
      );
      return made;
    },
    doubles: (values, shape) => constant("double", shape, bytes(9, littleEndian(values))),
    wholes: (values, shape = [values.length]) =>
      constant("int64", shape, concatenate(values.map((value) => whole(7, value)))),
    input(port) {
      inputs.push(message(11, valueInfo(port)));
      return port.name;
    },
    output(value, port) {
      nodes.push(message(1, [text(1, value), text(2, port.name), text(3, port.name), text(4, "Identity")]));
      outputs.push(message(12, valueInfo(port)));
    },
    encode: (name, about, properties) =>
      concatenate([
        whole(1, IR_VERSION),
        text(2, "segmenta"),
        text(6, about),
        message(7, [...nodes, text(2, name), ...constants, ...inputs, ...outputs]),
        message(8, [text(1, ""), whole(2, OPSET)]),
        message(8, [text(1, "ai.onnx.ml"), whole(2, ML_OPSET)]),
        ...Object.entries(properties).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
      ]),
  };
  return graph;
}

function attribute(name: string, value: Attribute): Field[] {
  if (typeof value === "number") return [text(1, name), whole(3, value), whole(20, ATTRIBUTE.int)];
  if (value.some((item) => typeof item === "string")) {
    return [text(1, name), ...value.map((item) => text(9, String(item))), whole(20, ATTRIBUTE.strings)];
  }
  return [text(1, name), ...value.map((item) => whole(8, Number(item))), whole(20, ATTRIBUTE.ints)];
}

function valueInfo({ name, type, shape }: Port): Field[] {
  const sizes = shape.map((size) => message(1, [typeof size === "number" ? whole(1, size) : text(2, size)]));
  return [text(1, name), message(2, [message(1, [whole(1, TYPE[type]), message(2, sizes)])])];
}

/** Float64 bits, low byte first, whatever the machine. */
function littleEndian(values: ArrayLike<number>): Uint8Array {
  const out = new DataView(new ArrayBuffer(values.length * 8));
  for (let i = 0; i < values.length; i++) out.setFloat64(i * 8, values[i]!, true);
  return new Uint8Array(out.buffer);
}

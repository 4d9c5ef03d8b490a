/**
 * A look into an ONNX file without loading it: operators, types of the weights, and which other files it points to.
 */
import { open } from 'node:fs/promises';
import { QdxError } from '../../../lib/errors.ts';
import type { Dtype } from '../cards/card.ts';
import { type Field, fieldsOf, openWindow, ProtobufError, type Span, type WindowedFile } from './protobuf.ts';

export interface ExternalData {
  /** As written in the file: relative to its folder where it is well-behaved. */
  readonly location: string;
  readonly offset: bigint;
  /** Null: to the end of the file. */
  readonly length: bigint | null;
}

export interface OnnxSummary {
  readonly operators: ReadonlySet<string>;
  /** TensorProto data types of the weights, with the number of weights of each. */
  readonly weightTypes: ReadonlyMap<number, number>;
  readonly externalData: readonly ExternalData[];
}

interface Draft {
  readonly operators: Set<string>;
  readonly weightTypes: Map<number, number>;
  readonly externalData: ExternalData[];
}

/** Field numbers of onnx.proto3 (ONNX 1.x; they never change). */
const proto = {
  model: { graph: 7, functions: 25 },
  graph: { node: 1, initializer: 5, sparseInitializer: 15 },
  function: { node: 7 },
  node: { operator: 4, attribute: 5 },
  attribute: { tensor: 5, graph: 6, tensors: 10, graphs: 11, sparseTensor: 22, sparseTensors: 23 },
  sparse: { values: 1, indices: 2 },
  tensor: { dataType: 2, externalData: 13 },
} as const;

/** @throws QdxError `verification` for a file that is no ONNX model. */
export async function inspectOnnx(modelFile: string): Promise<OnnxSummary> {
  const handle = await open(modelFile, 'r');
  try {
    const { size } = await handle.stat();
    const draft: Draft = { operators: new Set(), weightTypes: new Map(), externalData: [] };
    await walkModel(openWindow(handle, size), { start: 0, end: size }, draft);
    if (draft.operators.size === 0) throw new ProtobufError('it holds no graph');
    return draft;
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw new QdxError('verification', `${modelFile} is not an ONNX model: ${error.message}`, {
      hint: 'download it again; an interrupted download or a login page saved as a file looks like this',
      cause: error,
    });
  } finally {
    await handle.close();
  }
}

type Walk = (file: WindowedFile, span: Span, draft: Draft) => Promise<void>;

async function walkModel(file: WindowedFile, span: Span, draft: Draft): Promise<void> {
  await walkInto(file, span, draft, { [proto.model.graph]: walkGraph, [proto.model.functions]: walkFunction });
}

async function walkGraph(file: WindowedFile, span: Span, draft: Draft): Promise<void> {
  await walkInto(file, span, draft, {
    [proto.graph.node]: walkNode,
    [proto.graph.initializer]: walkTensor,
    [proto.graph.sparseInitializer]: walkSparse,
  });
}

async function walkFunction(file: WindowedFile, span: Span, draft: Draft): Promise<void> {
  await walkInto(file, span, draft, { [proto.function.node]: walkNode });
}

async function walkNode(file: WindowedFile, span: Span, draft: Draft): Promise<void> {
  for await (const field of fieldsOf(file, span)) {
    if (field.number === proto.node.operator) draft.operators.add(await textOf(file, field));
    if (field.number === proto.node.attribute) await walkAttribute(file, field, draft);
  }
}

async function walkAttribute(file: WindowedFile, span: Span, draft: Draft): Promise<void> {
  const { tensor, tensors, graph, graphs, sparseTensor, sparseTensors } = proto.attribute;
  await walkInto(file, span, draft, {
    [tensor]: walkTensor,
    [tensors]: walkTensor,
    [graph]: walkGraph,
    [graphs]: walkGraph,
    [sparseTensor]: walkSparse,
    [sparseTensors]: walkSparse,
  });
}

async function walkSparse(file: WindowedFile, span: Span, draft: Draft): Promise<void> {
  await walkInto(file, span, draft, { [proto.sparse.values]: walkTensor, [proto.sparse.indices]: walkTensor });
}

async function walkTensor(file: WindowedFile, span: Span, draft: Draft): Promise<void> {
  const entries = new Map<string, string>();
  for await (const field of fieldsOf(file, span)) {
    if (field.number === proto.tensor.dataType && field.value !== null) {
      const type = Number(field.value);
      draft.weightTypes.set(type, (draft.weightTypes.get(type) ?? 0) + 1);
    }
    if (field.number === proto.tensor.externalData) entries.set(...(await entryOf(file, field)));
  }
  if (entries.size > 0) draft.externalData.push(externalDataOf(entries));
}

async function walkInto(
  file: WindowedFile,
  span: Span,
  draft: Draft,
  walks: Readonly<Record<number, Walk>>,
): Promise<void> {
  for await (const field of fieldsOf(file, span)) {
    if (field.value === null) await walks[field.number]?.(file, field, draft);
  }
}

/** StringStringEntryProto: key = 1, value = 2. */
async function entryOf(file: WindowedFile, span: Span): Promise<[string, string]> {
  const entry: [string, string] = ['', ''];
  for await (const field of fieldsOf(file, span)) {
    if (field.number === 1) entry[0] = await textOf(file, field);
    if (field.number === 2) entry[1] = await textOf(file, field);
  }
  return entry;
}

const textOf = async (file: WindowedFile, { start, end }: Field): Promise<string> => {
  // Names and paths are short; a huge one is no model that anyone exported.
  if (end - start > 65_536) throw new ProtobufError('it has a name longer than 64 KiB');
  return (await file.bytes({ start, end })).toString('utf8');
};

function externalDataOf(entries: ReadonlyMap<string, string>): ExternalData {
  const length = entries.get('length');
  return {
    location: entries.get('location') ?? '',
    offset: wholeNumber(entries.get('offset') ?? '0'),
    length: length === undefined ? null : wholeNumber(length),
  };
}

function wholeNumber(text: string): bigint {
  if (!/^\d{1,30}$/.test(text))
    throw new ProtobufError(`it has external data at ${JSON.stringify(text)}, which is no position`);
  return BigInt(text);
}

const dataTypes = { uint8: 2, int8: 3, float16: 10 } as const;

/** What the file computes in, read off its operators and weights; `unknown` where that does not tell. */
export function dtypeOf({ operators, weightTypes }: OnnxSummary): Dtype {
  const has = (type: number): boolean => weightTypes.has(type);
  if (operators.has('MatMulNBits')) return 'q4';
  if (operators.has('MatMulBnb4')) return 'bnb4';
  const quantized = ['MatMulInteger', 'DynamicQuantizeLinear', 'QLinearMatMul', 'DequantizeLinear'].some((name) =>
    operators.has(name),
  );
  if (quantized && has(dataTypes.int8)) return 'int8';
  if (quantized && has(dataTypes.uint8)) return 'uint8';
  if (quantized) return 'unknown';
  return has(dataTypes.float16) ? 'fp16' : 'fp32';
}

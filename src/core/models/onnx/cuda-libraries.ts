/**
 * Whether the libraries of CUDA are where the loader will look, asked before a session is opened: the loader fails with the name of
 * one of them, deep inside ONNX Runtime. Which ones, and of which version, the provider's own file says.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Environment } from '../workers/process-environment.ts';
import { neededLibraries } from './elf-needed.ts';

/** Opened by the provider while it runs, so that it stands in no list: the cuDNN of CUDA 12 and 13. */
const openedLater = ['libcudnn.so.9'];

/** What comes with every Linux that can run Node; and the provider's own neighbours. */
const isOfSystem = (name: string): boolean =>
  /^(lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so|ld-linux|libonnxruntime)/.test(name);

/**
 * Name of a library -> the pip package that carries it; from CUDA 13 on only that of cuDNN names the version of CUDA. The driver
 * comes with the GPU's own installer.
 */
const pipPackages: readonly (readonly [RegExp, string])[] = [
  [/^libcudart\.so\.(\d+)/, 'nvidia-cuda-runtime'],
  [/^libcublas(?:Lt)?\.so\.(\d+)/, 'nvidia-cublas'],
  [/^libcufft\.so\.(\d+)/, 'nvidia-cufft'],
  [/^libcurand\.so\.(\d+)/, 'nvidia-curand'],
  [/^libnvrtc\.so\.(\d+)/, 'nvidia-cuda-nvrtc'],
  [/^libcudnn\.so\.(\d+)/, 'nvidia-cudnn'],
];

/** @returns names of libraries that the loader will not find, each once; empty where all are there. */
export async function missingCudaLibraries(providerFile: string, environment: Environment): Promise<readonly string[]> {
  const needed = (await neededLibraries(providerFile)) ?? [];
  const known = await knownToLoader();
  const folders = (environment['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '');
  const isThere = (name: string) => known.has(name) || folders.some((folder) => existsSync(join(folder, name)));
  return [...needed.filter((name) => !isOfSystem(name)), ...openedLater].filter((name) => !isThere(name));
}

/** Libraries of the loader's cache (`ldconfig -p`); none where it cannot be asked: then only LD_LIBRARY_PATH counts. */
async function knownToLoader(): Promise<ReadonlySet<string>> {
  for (const command of ['ldconfig', '/sbin/ldconfig']) {
    const { stdout, failed } = await execa(command, ['-p'], { reject: false, timeout: 5000 });
    if (!failed) return new Set(stdout.split('\n').map((line) => line.trim().split(' ')[0] ?? ''));
  }
  return new Set();
}

/** What is missing, as the end of a sentence. */
export const describeMissing = (missing: readonly string[]): string =>
  `the loader does not find ${missing.join(', ')}, which this onnxruntime-node needs`;

/** Where the missing ones are to be had, as a sentence. */
export function whereToGet(missing: readonly string[]): string {
  const major =
    missing.map((name) => /^lib(?:cudart|cublas|cublasLt)\.so\.(\d+)/.exec(name)?.[1]).find(Boolean) ?? '12';
  const packages = pipPackages.filter(([library]) => missing.some((name) => library.test(name))).map(([, pip]) => pip);
  const driver = missing.includes('libcuda.so.1') ? 'Install the NVIDIA driver (it brings libcuda.so.1). ' : '';
  if (packages.length === 0) return driver.trim();
  const pip = packages.map((name) => (name === 'nvidia-cudnn' || Number(major) < 13 ? `${name}-cu${major}` : name));
  return `${driver}Install CUDA ${major} and cuDNN 9 (https://developer.nvidia.com/cuda-downloads), or pip install ${pip.join(' ')}, and name their lib folders in LD_LIBRARY_PATH.`;
}

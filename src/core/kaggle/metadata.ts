/**
 * What Kaggle is told of the dataset and of the notebook. Both private.
 */
import { jobKey, type KaggleJob, jobSlug } from './job.ts';
import { notebookFile } from './notebook.ts';

type Named = Pick<KaggleJob, 'account' | 'runId'>;

/** `dataset-metadata.json`: exactly one licence is asked for; nobody but its owner sees the dataset. */
export const datasetMetadata = (job: Named) => ({
  id: jobSlug(job),
  title: jobKey(job.runId),
  isPrivate: true,
  licenses: [{ name: 'unknown' }],
});

/** Two T4 of 16 GB: one GPU alone is not to be had under this name, and `enable_gpu` alone leaves the choice to Kaggle. */
const machineShape = 'NvidiaTeslaT4';

/** `kernel-metadata.json`: a title that Kaggle turns into the same name again. */
export const kernelMetadata = (job: Named) => ({
  id: jobSlug(job),
  title: jobKey(job.runId),
  code_file: notebookFile,
  language: 'python',
  kernel_type: 'notebook',
  is_private: true,
  enable_gpu: true,
  enable_tpu: false,
  // Packages at pinned versions, and the model where the dataset does not bring it.
  enable_internet: true,
  machine_shape: machineShape,
  dataset_sources: [jobSlug(job)],
  competition_sources: [],
  kernel_sources: [],
  model_sources: [],
});

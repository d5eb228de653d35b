import type { Dataset } from './dataset.ts';
import type { DecodeOptions } from './decodeImages.ts';
import { cachedImages } from './imageCache.ts';
import type { ImageListing } from './imageListing.ts';
import type { DecodeTask } from './imageWorker.ts';

export interface Normalisation {
  readonly mean?: readonly number[] | undefined;
  readonly deviation?: readonly number[] | undefined;
}

/** A data set of images in files. What of mean and deviation is not given is that of the training images. */
export async function openImages(
  listing: ImageListing,
  how: Pick<DecodeTask, 'shape' | 'fit'>,
  given: Normalisation,
  cacheFolder: string,
  options: DecodeOptions,
): Promise<Dataset> {
  const { values, digest, moments } = await cachedImages(listing, how, cacheFolder, options);
  const { shape } = how;
  const [height, width, channels] = shape;
  const border = listing.train.files.length * height * width * channels;
  const end = border + listing.test.files.length * height * width * channels;
  return {
    shape: [...shape],
    classes: listing.classNames.length,
    classNames: listing.classNames,
    scale: 1 / 255,
    mean: given.mean ?? moments.mean,
    deviation: given.deviation ?? moments.deviation,
    train: { values: values.subarray(0, border), labels: listing.train.labels },
    test: { values: values.subarray(border, end), labels: listing.test.labels },
    digest,
  };
}

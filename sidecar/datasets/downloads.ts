import type { OfficialName } from './official.options.ts';

/** A file of a data set as its authors offer it. */
export interface OfferedFile {
  readonly url: string;
  readonly bytes: number;
  /** Hexadecimal, as published. Where only MD5 is, it guards against accidents, not against whoever can forge it. */
  readonly md5: string;
  readonly sha256?: string;
}

/** The official addresses: the only place where they stand. What is compressed as a `.zip` is unpacked. */
export const DOWNLOADS: Readonly<Record<OfficialName, readonly OfferedFile[]>> = {
  // It comes with Distillery.
  mnist: [],
  fashionMnist: (
    [
      ['train-images-idx3-ubyte.gz', 26_421_880, '8d4fb7e6c68d591d4c3dfef9ec88bf0d'],
      ['train-labels-idx1-ubyte.gz', 29_515, '25c81989df183df01b3e8a0aad5dffbe'],
      ['t10k-images-idx3-ubyte.gz', 4_422_102, 'bef4ecab320f06d8554ea6380940ec79'],
      ['t10k-labels-idx1-ubyte.gz', 5_148, 'bb300cfdad3c16e7a12a480ee83cd310'],
    ] as const
  ).map(([file, bytes, md5]) => ({
    url: `http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/${file}`,
    bytes,
    md5,
  })),
  cifar10: [
    {
      url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
      bytes: 170_052_171,
      md5: 'c32a1d4ab5d03f1284b67883e8d87530',
      sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
    },
  ],
  cifar100: [
    {
      url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
      bytes: 168_513_733,
      md5: '03b5dce01913d631647c71ecec9e9cb8',
    },
  ],
  tinyImageNet: [
    {
      url: 'http://cs231n.stanford.edu/tiny-imagenet-200.zip',
      bytes: 248_100_043,
      md5: '90528d7ca1a48142e341f4ef8d21d0de',
    },
  ],
};

/** What a download takes; null where there is nothing to download. */
export function downloadBytes(name: OfficialName): number | null {
  const files = DOWNLOADS[name];
  return files.length === 0 ? null : files.reduce((sum, { bytes }) => sum + bytes, 0);
}

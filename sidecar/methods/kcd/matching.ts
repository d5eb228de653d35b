import type { Stream } from '../../random/stream.ts';
import {
  bipartite,
  greedyGlobal,
  greedySequential,
  identityMap,
  randomMap,
  type Assignment,
} from './assignment.ts';
import type { ChannelMap } from './channelMap.ts';
import {
  ClassProfileCost,
  CorrelationCost,
  favouriteClasses,
  SpatialCost,
  type ChannelCost,
  type Features,
} from './channelCost.ts';
import { procrustesMap, ridgeMap } from './linearMaps.ts';
import type { KcdOptions } from './options.ts';

/** What matching the channels of a stage came to. */
export interface Match {
  readonly map: ChannelMap;
  /** Mean over compared channels; NaN for linear maps. */
  readonly cost: number;
  readonly identityCost: number;
  /** Share of compared channels whose favourite class is their partner's. */
  readonly agreement: number;
  readonly agreementBefore: number;
}

type Choices = Pick<KcdOptions, 'assignment' | 'cost' | 'wider' | 'ridge'>;

/** Matches the channels of one stage from features seen batch by batch. */
export class Matcher {
  readonly #cost: ChannelCost;
  /** Always followed: it tells how well any map agrees. */
  readonly #profiles: ClassProfileCost;
  readonly #gram: Float64Array[];
  readonly #cross: Float64Array[];

  constructor(
    readonly options: Choices,
    readonly studentChannels: number,
    readonly teacherChannels: number,
    classes: number,
    readonly stream: Stream,
  ) {
    this.#profiles = new ClassProfileCost(studentChannels, teacherChannels, classes);
    this.#cost = costOf(options.cost, studentChannels, teacherChannels, this.#profiles);
    const isLinear = options.assignment === 'ridge' || options.assignment === 'procrustes';
    const rows = isLinear ? teacherChannels : 0;
    this.#gram = Array.from({ length: rows }, () => new Float64Array(teacherChannels));
    this.#cross = Array.from({ length: rows }, () => new Float64Array(studentChannels));
  }

  add(student: Features, teacher: Features, labels: ArrayLike<number>): void {
    this.#profiles.add(student, teacher, labels);
    if (this.#cost !== this.#profiles) this.#cost.add(student, teacher, labels);
    if (this.#gram.length > 0) this.#addProducts(student, teacher);
  }

  match(): Match {
    const { assignment, ridge } = this.options;
    const nothing = { cost: NaN, agreement: NaN };
    const costs = this.#cost.costs();
    const before = this.#told(costs, identityOf(this.studentChannels, this.teacherChannels));
    const identity = { identityCost: before.cost, agreementBefore: before.agreement };
    const gram = this.#gram.map((row) => [...row]);
    const cross = this.#cross.map((row) => [...row]);
    if (assignment === 'ridge')
      return { map: { kind: 'linear', matrix: ridgeMap(gram, cross, ridge) }, ...nothing, ...identity };
    if (assignment === 'procrustes')
      return { map: { kind: 'linear', matrix: procrustesMap(cross) }, ...nothing, ...identity };
    const map = this.#selected(costs);
    return { map, ...this.#told(costs, map), ...identity };
  }

  #selected(costs: number[][]): ChannelMap & { kind: 'selection' } {
    const [rows, columns] = [this.studentChannels, this.teacherChannels];
    if (columns < rows) {
      // Every teacher channel gets a student's; the other student channels are left alone.
      const turned = Array.from({ length: columns }, (_, j) => costs.map((row) => row[j] ?? NaN));
      const students = this.#assigned(turned);
      return { kind: 'selection', student: students, teacher: students.map((_, teacher) => [teacher]) };
    }
    const copies = this.options.wider === 'groupAmp' ? Math.floor(columns / rows) : 1;
    const repeated = Array.from({ length: copies }, () => costs).flat();
    const assigned = this.#assigned(repeated);
    return {
      kind: 'selection',
      student: null,
      teacher: costs.map((_, row) =>
        Array.from({ length: copies }, (_unused, copy) => assigned[copy * rows + row] ?? 0),
      ),
    };
  }

  #assigned(costs: number[][]): Assignment {
    const columns = costs[0]?.length ?? 0;
    switch (this.options.assignment) {
      case 'bipartite':
        return bipartite(costs);
      case 'greedyGlobal':
        return greedyGlobal(costs);
      case 'greedySequential':
        return greedySequential(costs);
      case 'random':
        return randomMap(costs.length, columns, this.stream);
      default:
        return identityMap(costs.length);
    }
  }

  #told(
    costs: readonly (readonly number[])[],
    { student, teacher }: ChannelMap & { kind: 'selection' },
  ): { cost: number; agreement: number } {
    const { student: own, teacher: other } = this.#profiles.profiles();
    const [ownFavourites, favourites] = [favouriteClasses(own), favouriteClasses(other)];
    let [cost, agreeing] = [0, 0];
    teacher.forEach(([partner = 0], index) => {
      const channel = student?.[index] ?? index;
      cost += costs[channel]?.[partner] ?? NaN;
      agreeing += Number(ownFavourites[channel] === favourites[partner]);
    });
    return { cost: cost / teacher.length, agreement: agreeing / teacher.length };
  }

  #addProducts(student: Features, teacher: Features): void {
    const rows = student.batch * student.positions;
    for (let row = 0; row < rows; row++) {
      const own = student.values.subarray(row * student.channels, (row + 1) * student.channels);
      const other = teacher.values.subarray(row * teacher.channels, (row + 1) * teacher.channels);
      other.forEach((value, i) => {
        const [gram, cross] = [this.#gram[i], this.#cross[i]];
        if (!gram || !cross || value === 0) return;
        other.forEach((partner, j) => {
          gram[j] = (gram[j] ?? 0) + value * partner;
        });
        own.forEach((partner, j) => {
          cross[j] = (cross[j] ?? 0) + value * partner;
        });
      });
    }
  }
}

const identityOf = (student: number, teacher: number): ChannelMap & { kind: 'selection' } => {
  const pairs = identityMap(Math.min(student, teacher));
  return {
    kind: 'selection',
    student: student > teacher ? pairs : null,
    teacher: pairs.map((each) => [each]),
  };
};

function costOf(
  cost: KcdOptions['cost'],
  student: number,
  teacher: number,
  profiles: ClassProfileCost,
): ChannelCost {
  switch (cost) {
    case 'classProfile':
      return profiles;
    case 'correlation':
      return new CorrelationCost(student, teacher);
    case 'spatial':
      return new SpatialCost(student, teacher);
  }
}

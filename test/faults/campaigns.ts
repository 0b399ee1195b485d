import { calls } from './calls.ts';
import type { Campaign } from './campaign.ts';
import { damage } from './damage.ts';
import { disks } from './disks.ts';
import { door } from './door.ts';
import { kills } from './kills.ts';
import { mutations } from './mutations.ts';
import { names } from './names.ts';
import { soak } from './soak.ts';

export const campaigns: readonly Campaign[] = [kills, disks, damage, mutations, door, names, soak, calls];

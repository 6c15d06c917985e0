import type { ChooseView } from '../../contracts/pages.ts';

type Refusal = ChooseView['refused'][number];
/** Why something is not offered, and everything that is not for that reason. */
type Group = Omit<Refusal, 'action' | 'label'> & { labels: string[] };

/** Equal reasons once, in the order of the first of each. */
export function groupRefusals(refused: Refusal[]): Group[] {
	const groups = new Map<string, Group>();
	for (const { label, reason, unsaid, cure } of refused) {
		const key = JSON.stringify([reason, unsaid, cure]);
		const group = groups.get(key) ?? { reason, unsaid, cure, labels: [] };
		group.labels.push(label);
		groups.set(key, group);
	}
	return [...groups.values()];
}

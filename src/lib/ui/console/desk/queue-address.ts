import type { QueueQuery } from '../../../contracts/desk.ts';

/** The address of what is looked at, changed in parts: filters stay, and what is undefined falls away. */
export function queueAddress(query: QueueQuery, change: Partial<QueueQuery> = {}): string {
	return `/desk?${queueParameters({ ...query, cursor: undefined, ...change })}`;
}

/** The same as parameters, for the address of a form. */
export const queueParameters = (query: QueueQuery): string =>
	new URLSearchParams(
		Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
	).toString();

/** Does the list leave something out that its tab holds? */
export const isFiltered = ({ team, workflow, type }: QueueQuery): boolean =>
	[team, workflow, type].some((one) => one !== undefined);

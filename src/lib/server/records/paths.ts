/** Names that reach an object's prototype instead of its data. */
const FORBIDDEN = new Set(['__proto__', 'prototype', 'constructor']);

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null;

/** Puts a value at a dotted path, making the objects on the way. `false`: the path is not usable. */
export function putAt(root: Record<string, unknown>, path: string, value: unknown): boolean {
	const steps = path.split('.');
	const last = steps.pop();
	if (!last || [...steps, last].some((step) => !step || FORBIDDEN.has(step))) return false;
	let target = root;
	for (const step of steps) {
		const next = (target[step] ??= {});
		if (!isObject(next)) return false;
		target = next;
	}
	target[last] = value;
	return true;
}

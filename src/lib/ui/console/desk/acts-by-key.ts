import { useShortcuts } from '../shortcuts.svelte.ts';

/** Opens the form of an act and stands in its first field; what is no form is pressed. */
function open(box: HTMLElement | undefined, act: string): void {
	const found = box?.querySelector<HTMLElement>(`[data-act="${act}"]`);
	if (found instanceof HTMLDetailsElement) {
		found.open = true;
		const first = 'input:not([type=hidden]), select, textarea, button';
		found.querySelector<HTMLElement>(first)?.focus();
		found.scrollIntoView({ block: 'nearest' });
	} else if (found instanceof HTMLFormElement) found.requestSubmit();
}

/**
 * Gives the acts of a page their keys, those that are there.
 * @param keys the key, what it does in words, and the act
 */
export function actsByKey(
	box: HTMLElement | undefined,
	keys: readonly (readonly [key: string, does: string, act: string])[]
): () => void {
	const there = keys.filter(([, , act]) => box?.querySelector(`[data-act="${act}"]`));
	return useShortcuts(
		there.map(([keys, does, act]) => ({ keys, does, run: () => open(box, act) }))
	);
}

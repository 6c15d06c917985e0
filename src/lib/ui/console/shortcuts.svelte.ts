import { untrack } from 'svelte';

/** A key, or two one after the other such as `g d`, and what it does, for the help. */
export interface Shortcut {
	keys: string;
	does: string;
	run: () => void;
}

/** What is registered by the pages that are open; only a browser ever fills it. */
let registered = $state.raw<readonly Shortcut[]>([]);

/** All that can be pressed now, for the help. */
export const shortcuts = (): readonly Shortcut[] => registered;

/**
 * Registers keys for as long as a component is there:
 * `$effect(() => useShortcuts([{ keys: 'n', does: 'Take the next one', run: next }]))`.
 */
export function useShortcuts(added: Shortcut[]): () => void {
	// Whoever registers in an effect must not run again because somebody else did.
	registered = [...untrack(() => registered), ...added];
	return () => {
		registered = registered.filter((one) => !added.includes(one));
	};
}

const TYPING = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]';
const SEQUENCE_MS = 1200;
let before = { key: '', at: 0 };

/** Runs what a key press stands for; in a field, with a modifier or in an open dialog it is the browser's. */
export function onKey(event: KeyboardEvent): void {
	const target = event.target as HTMLElement | null;
	if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
	if (target?.closest?.(TYPING) || document.querySelector('dialog[open]')) return;
	const sequence = event.timeStamp - before.at < SEQUENCE_MS ? `${before.key} ${event.key}` : '';
	// The newest registration of a key wins: a page's own over the shell's.
	const found =
		registered.findLast(({ keys }) => keys === sequence) ??
		registered.findLast(({ keys }) => keys === event.key);
	before = { key: event.key, at: event.timeStamp };
	if (!found) return;
	event.preventDefault();
	found.run();
}

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
	bracketMatching,
	HighlightStyle,
	indentOnInput,
	syntaxHighlighting
} from '@codemirror/language';
import {
	type Diagnostic,
	forEachDiagnostic,
	linter,
	lintGutter,
	lintKeymap
} from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { DraftProblem } from '../../contracts/console.ts';

export interface Editor {
	goTo: (line: number) => void;
	close: () => void;
}

/** How long nobody types before the text is checked. */
const CHECK_MS = 700;

/**
 * Opens an editor in the place of a textarea, which stays the form's field: what is typed is in it at
 * once, so that sending the form needs no script of its own.
 * @param check gives every mistake of a text
 */
export function openEditor(
	textarea: HTMLTextAreaElement,
	check: (source: string) => Promise<DraftProblem[]>,
	nonce: string
): Editor {
	const place = document.createElement('div');
	textarea.after(place);
	textarea.hidden = true;
	const label = document.querySelector(`label[for="${textarea.id}"]`)?.textContent ?? 'Document';
	const view = new EditorView({
		parent: place,
		state: EditorState.create({
			doc: textarea.value,
			extensions: [
				EditorView.cspNonce.of(nonce),
				EditorView.contentAttributes.of({
					'aria-label': label.trim(),
					spellcheck: 'false',
					tabindex: '0'
				}),
				EditorView.lineWrapping,
				EditorState.readOnly.of(textarea.readOnly),
				lineNumbers(),
				lintGutter(),
				history(),
				indentOnInput(),
				bracketMatching(),
				yaml(),
				syntaxHighlighting(colours),
				linter(async ({ state }) => (await check(state.doc.toString())).map(mark(state)), {
					delay: CHECK_MS
				}),
				// Escape, then Tab, leaves the editor by keyboard.
				keymap.of([...lintKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
				EditorView.updateListener.of(({ docChanged, state }) => {
					if (docChanged) textarea.value = state.doc.toString();
				}),
				look
			]
		})
	});
	return {
		goTo(line) {
			const from = view.state.doc.line(Math.min(line, view.state.doc.lines)).from;
			let to = from;
			forEachDiagnostic(view.state, (_, start) => {
				if (view.state.doc.lineAt(start).number === line) to = start;
			});
			view.dispatch({ selection: { anchor: to }, scrollIntoView: true });
			view.focus();
		},
		close() {
			view.destroy();
			place.remove();
			textarea.hidden = false;
		}
	};
}

/** Marks the word at which a mistake begins, or the line's end. */
const mark =
	(state: EditorState) =>
	({ line, column, message, cure }: DraftProblem): Diagnostic => {
		const { from, to, text } = state.doc.line(Math.min(line, state.doc.lines));
		const start = Math.min(from + column - 1, to);
		const word = /^[\w.-]+/.exec(text.slice(column - 1))?.[0].length ?? 1;
		const end = Math.min(start + word, to);
		return { from: start, to: end, severity: 'error', message: `${message}. ${cure}` };
	};

const colours = HighlightStyle.define([
	{ tag: tags.definition(tags.propertyName), color: 'var(--accent)' },
	{ tag: tags.string, color: 'var(--good)' },
	{ tag: tags.comment, color: 'var(--muted)' }
]);

const look = EditorView.theme({
	'&': {
		border: '1px solid var(--line)',
		borderRadius: '0.375rem',
		background: 'var(--raised)',
		fontSize: '0.8125rem'
	},
	'&.cm-focused': { outline: '2px solid var(--accent)' },
	'.cm-scroller': { maxHeight: '70vh', fontFamily: 'ui-monospace, monospace' },
	'.cm-content': { caretColor: 'var(--ink)' },
	'.cm-gutters': {
		background: 'var(--sunken)',
		color: 'var(--muted)',
		borderInlineEnd: '1px solid var(--line)'
	},
	'.cm-tooltip': {
		background: 'var(--raised)',
		color: 'var(--ink)',
		border: '1px solid var(--line)'
	}
});

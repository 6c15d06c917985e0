import type { Component } from 'svelte';
import type {
	Chrome,
	FieldView,
	Frame,
	ReceiptView,
	ShownLine
} from '../../src/lib/contracts/pages.ts';
import Choose from '../../src/lib/ui/mini/choose.svelte';
import Fill from '../../src/lib/ui/mini/fill.svelte';
import Help from '../../src/lib/ui/mini/help.svelte';
import Landing from '../../src/lib/ui/mini/landing.svelte';
import Plain from '../../src/lib/ui/mini/plain.svelte';
import Receipt from '../../src/lib/ui/mini/receipt.svelte';
import Review from '../../src/lib/ui/mini/review.svelte';
import Stop from '../../src/lib/ui/mini/stop.svelte';
import Unavailable from '../../src/lib/ui/mini/unavailable.svelte';
import Verify from '../../src/lib/ui/mini/verify.svelte';
import type { TextKey } from '../../src/lib/ui/texts/words.ts';

export const LANGUAGES = ['en', 'de', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a workflow would say, in the three languages: short, long and right to left. */
const SAID = {
	heading: {
		en: 'Your payment did not go through',
		de: 'Ihre Lastschrift konnte nicht eingezogen werden',
		ar: 'لم تتم عملية الدفع'
	},
	body: {
		en: 'There is a simple way to settle this. It takes about two minutes.',
		de: 'Das lässt sich in etwa zwei Minuten regeln, ganz ohne Kundenkontoanmeldung.',
		ar: 'يمكنك تسوية ذلك ببساطة في نحو دقيقتين.'
	},
	due: { en: 'Amount due', de: 'Offener Rechnungsbetrag', ar: 'المبلغ المستحق' },
	amount: { en: '€84.50', de: '84,50 €', ar: '٨٤٫٥٠ يورو' },
	dueOn: { en: 'Due since', de: 'Fällig seit', ar: 'مستحق منذ' },
	date: { en: '3 November 2026', de: '3. November 2026', ar: '٣ نوفمبر ٢٠٢٦' },
	pay: { en: 'Pay the whole amount', de: 'Gesamtbetrag jetzt bezahlen', ar: 'دفع المبلغ كاملاً' },
	paySummary: {
		en: 'We collect €84.50 again from the account you know.',
		de: 'Wir ziehen 84,50 € noch einmal von Ihrem bekannten Konto ein.',
		ar: 'نسحب المبلغ مرة أخرى من حسابك المعروف.'
	},
	plan: { en: 'Pay in parts', de: 'Ratenzahlungsvereinbarung treffen', ar: 'الدفع على أقساط' },
	planSummary: {
		en: 'Two to six monthly parts, no fees.',
		de: 'Zwei bis sechs Monatsraten ohne Bearbeitungsgebühren.',
		ar: 'من قسطين إلى ستة أقساط شهرية دون رسوم.'
	},
	delay: { en: 'Pay later', de: 'Zahlungsziel verschieben', ar: 'تأجيل الدفع' },
	delayWhy: {
		en: 'The payment was already moved once.',
		de: 'Der Zahlungstermin wurde bereits einmal verschoben.',
		ar: 'سبق تأجيل الدفع مرة واحدة.'
	},
	delayCure: {
		en: 'Pay one part, then it can be moved again.',
		de: 'Bezahlen Sie eine Rate, danach ist es wieder möglich.',
		ar: 'ادفع قسطاً واحداً، ثم يمكن التأجيل مرة أخرى.'
	},
	consequence: {
		en: 'We collect €84.50 on 24 November 2026. Until then no reminder is sent.',
		de: 'Wir ziehen am 24. November 2026 genau 84,50 € ein. Bis dahin erhalten Sie keine Zahlungserinnerung.',
		ar: 'نسحب المبلغ في ٢٤ نوفمبر ٢٠٢٦. وحتى ذلك الحين لا نرسل أي تذكير.'
	},
	button: { en: 'Pay €84.50', de: '84,50 € verbindlich bezahlen', ar: 'ادفع الآن' },
	person: {
		en: 'Nadia from customer care looks at it and answers by 24 November, 14:00.',
		de: 'Unsere Kundenbetreuung sieht es sich an und antwortet bis 24. November, 14:00 Uhr.',
		ar: 'يراجع فريق خدمة العملاء الأمر ويرد قبل ٢٤ نوفمبر الساعة ١٤:٠٠.'
	},
	booked: {
		en: 'Thank you. Nothing more is due.',
		de: 'Vielen Dank. Es ist nichts mehr offen.',
		ar: 'شكراً. لا يوجد مبلغ مستحق.'
	},
	being: {
		en: 'We have your request and are booking it now.',
		de: 'Wir haben Ihren Auftrag und buchen ihn gerade.',
		ar: 'وصلنا طلبك ويجري تسجيله الآن.'
	}
} as const satisfies Record<string, Record<Language, string>>;

export const MARK = 'M13 2 4 14h6l-1 8 9-12h-6z';

export const frame = (language: Language): Frame => ({
	language,
	direction: language === 'ar' ? 'rtl' : 'ltr',
	brand: { name: 'Northwind Energy', mark: MARK, colour: '#0b5d4b', ink: '#ffffff' }
});

export interface Shown {
	name: string;
	frame: Frame;
	page: Component<Record<string, unknown>>;
	props: Record<string, unknown>;
}

const fields = (language: Language): FieldView[] => [
	{
		name: 'amount',
		label: SAID.due[language],
		kind: 'money',
		value: language === 'en' ? '20.00' : '20,00',
		min: language === 'en' ? '10.00' : '10,00',
		max: language === 'en' ? '84.50' : '84,50',
		limits: { min: language === 'en' ? '€10.00' : '10,00 €', max: SAID.amount[language] },
		unit: 'EUR'
	},
	{
		name: 'on',
		label: SAID.dueOn[language],
		kind: 'date',
		value: '2026-11-24',
		min: '2026-11-22',
		max: '2026-12-22',
		limits: { min: SAID.date[language], max: SAID.date[language] }
	},
	{
		name: 'parts',
		label: SAID.plan[language],
		kind: 'integer',
		value: '3',
		min: '2',
		max: '6',
		limits: { min: '2', max: '6' }
	},
	{
		name: 'way',
		label: SAID.button[language],
		kind: 'choice',
		value: 'a',
		options: [
			{ value: 'a', label: SAID.pay[language] },
			{ value: 'b', label: SAID.plan[language] }
		]
	},
	{
		name: 'note',
		label: SAID.delay[language],
		kind: 'text',
		value: '',
		maxLength: 300,
		optional: true
	}
];

const ERRORS = ['too-large', 'too-small', 'not-a-number', 'not-offered', 'too-long'];

/** Every customer page in one language, as full as it gets. */
export function shownPages(language: Language): Shown[] {
	const say = (key: keyof typeof SAID) => SAID[key][language];
	const chrome: Chrome = {
		frame: frame(language),
		base: '/a/AbCdEfGhIjKlMnOpQrStUv',
		here: '/a/AbCdEfGhIjKlMnOpQrStUv',
		languages: [...LANGUAGES]
	};
	const plain: Chrome = {
		frame: { ...chrome.frame, brand: { name: '', mark: '', colour: '', ink: '' } },
		base: '',
		here: '',
		languages: []
	};
	const link = { ...chrome, base: `/l/k1${'x'.repeat(60)}` };
	const lines: ShownLine[] = [
		{ label: say('due'), text: say('amount') },
		{ label: say('dueOn'), text: say('date') }
	];
	const destinations = [
		{ channel: 'sms', mask: '+49 ••• ••21' },
		{ channel: 'whatsapp', mask: '+49 ••• ••21' }
	];
	const sent = { channel: 'sms', mask: '+49 ••• ••21', until: '14:40', resendSeconds: 24 };
	const receipt: Omit<ReceiptView, 'state'> = {
		label: say('pay'),
		lines,
		ours: 'TD-7K2M-93QX',
		sentence: say('being'),
		at: '21 Nov 2026, 14:35',
		others: false,
		closed: []
	};
	const show = (name: string, page: unknown, props: Record<string, unknown>): Shown => ({
		name,
		frame: ((props['chrome'] as Chrome | undefined) ?? chrome).frame,
		page: page as Component<Record<string, unknown>>,
		props: { chrome, ...props }
	});
	const text = (key: TextKey) => key;
	return [
		show('landing', Landing, {
			chrome: link,
			view: { heading: say('heading'), body: say('body') }
		}),
		show('stop', Stop, { chrome: link, stopped: false, missing: true }),
		show('stop-done', Stop, { chrome: link, stopped: true, missing: true }),
		show('verify-send', Verify, { view: { ask: 'code', destinations } }),
		show('verify-code', Verify, {
			view: { ask: 'code', destinations: destinations.slice(0, 1), sent }
		}),
		show('verify-wrong', Verify, {
			view: { ask: 'code', destinations, sent },
			said: { text: say('delayWhy'), code: true },
			next: 'do/pay'
		}),
		show('verify-more', Verify, {
			view: { ask: 'code', destinations },
			next: 'do/pay',
			more: true
		}),
		show('verify-full', Verify, {
			view: { ask: 'code', destinations, full: { from: '22 November 2026, 14:35', message: '' } }
		}),
		show('verify-exhausted', Verify, {
			view: {
				ask: 'code',
				destinations,
				sent,
				full: { from: '22 November 2026, 14:35', message: say('person') }
			}
		}),
		show('verify-stopped', Verify, {
			view: { ask: 'code', destinations, stopped: { message: say('person') } }
		}),
		show('verify-unreachable', Verify, {
			view: {
				ask: 'person',
				message: say('person'),
				unreachable: { lacks: 'phone', until: '24 November 2026, 14:00' }
			}
		}),
		show('verify-facts', Verify, {
			view: {
				ask: 'known-facts',
				fields: [
					{ name: 'born', label: say('dueOn'), kind: 'date' },
					{ name: 'number', label: say('due'), hint: say('delayWhy'), kind: 'integer' }
				]
			}
		}),
		show('verify-wait', Verify, { view: { ask: 'wait', until: '14:35' } }),
		show('verify-person', Verify, { view: { ask: 'person', message: say('person') } }),
		show('choose', Choose, {
			view: {
				lines,
				offered: [
					{ action: 'pay', label: say('pay'), summary: say('paySummary') },
					{ action: 'plan', label: say('plan'), summary: say('planSummary') }
				],
				refused: [
					{ action: 'delay', label: say('delay'), reason: say('delayWhy'), cure: say('delayCure') }
				],
				draft: { id: '0193', label: say('plan') }
			}
		}),
		show('choose-none', Choose, {
			view: {
				lines,
				offered: [],
				refused: [
					{ action: 'delay', label: say('delay'), reason: say('delayWhy'), cure: say('delayCure') }
				],
				withPerson: { message: say('person') }
			},
			earlier: true
		}),
		show('choose-ended', Choose, {
			view: { lines, offered: [], refused: [], ended: true },
			said: say('delayWhy')
		}),
		show('fill', Fill, { view: { action: 'plan', label: say('plan'), fields: fields(language) } }),
		show('fill-wrong', Fill, {
			view: {
				action: 'plan',
				label: say('plan'),
				fields: fields(language).map((field, index) => ({ ...field, error: ERRORS[index] }))
			}
		}),
		show('review', Review, {
			view: {
				action: 'pay',
				label: say('pay'),
				draft: '0193',
				lines,
				consequence: say('consequence'),
				button: say('button'),
				shown: 'x'.repeat(43)
			},
			editable: true,
			changed: false
		}),
		show('receipt-received', Receipt, { view: { ...receipt, state: 'received' } }),
		show('receipt-booked', Receipt, {
			view: { ...receipt, state: 'booked', reference: 'PAY-4711', sentence: say('booked') }
		}),
		show('receipt-rejected', Receipt, {
			view: { ...receipt, state: 'rejected', sentence: say('delayWhy'), others: true }
		}),
		show('receipt-person', Receipt, {
			view: { ...receipt, state: 'with-person', sentence: say('person') }
		}),
		show('help', Help, {
			view: {
				closed: [],
				person: 'looking',
				stopped: false,
				linkUntil: '24 November 2026, 14:35',
				over: false
			},
			said: text('help.missing.days')
		}),
		show('help-asked', Help, {
			view: {
				closed: [],
				person: 'asked',
				reminder: '24 November 2026',
				stopped: false,
				linkUntil: '24 November 2026, 14:35',
				over: false
			}
		}),
		show('help-stopped', Help, {
			view: {
				closed: ['later'],
				person: null,
				stopped: true,
				linkUntil: '24 November 2026, 14:35',
				over: false
			},
			said: text('help.later.stopped')
		}),
		show('gone', Plain, { chrome: plain, heading: text('gone.heading'), text: text('gone.text') }),
		show('unavailable', Unavailable, { chrome: plain })
	];
}

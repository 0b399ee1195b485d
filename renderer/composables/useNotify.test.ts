import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { CallError } from '../api/index.ts';
import AppNotices from '../app/AppNotices.vue';
import { useNotify } from './useNotify.ts';

const { notices, errors, fail, tell, close } = useNotify();
const failure = (message = 'The disk is full.') => new CallError('disk-full', message);
const after = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const { id } of [...notices.value]) close(id);
  vi.useRealTimers();
});

describe('notices', () => {
  it('go by themselves: what was done first, what can be undone later, errors last; those stay findable', async () => {
    tell('Saved.');
    tell('Cancelled.', { text: 'Undo', run: () => {} });
    fail(failure());
    await after(7);
    expect(notices.value.map(({ text }) => text)).toEqual(['Cancelled.', null]);
    await after(6);
    expect(notices.value.map(({ kind }) => kind)).toEqual(['error']);
    await after(8);
    expect(notices.value).toEqual([]);
    expect(errors.value[0].error.message).toBe('The disk is full.');
  });

  it('tell the same error once, for as long again', async () => {
    fail(failure('No room.'));
    const kept = errors.value.length;
    await after(15);
    fail(failure('No room.'));
    await after(15);
    expect(notices.value).toHaveLength(1);
    expect(errors.value).toHaveLength(kept);
  });

  it('stay while somebody points at them or has the keyboard there', async () => {
    const shown = mount(AppNotices, { attachTo: document.body });
    tell('Saved.');
    await nextTick();
    await shown.trigger('pointerenter');
    await after(60);
    expect(shown.text()).toContain('Saved.');
    await shown.trigger('pointerleave');
    await shown.get('button').trigger('focusin');
    await after(60);
    expect(shown.text()).toContain('Saved.');
    await shown.get('button').trigger('focusout');
    await after(7);
    expect(shown.text()).toBe('');
    shown.unmount();
  });

  it('wait behind a dialog', async () => {
    const dialog = document.body.appendChild(document.createElement('div'));
    dialog.setAttribute('aria-modal', 'true');
    fail(failure());
    await after(60);
    expect(notices.value).toHaveLength(1);
    dialog.remove();
    await after(21);
    expect(notices.value).toEqual([]);
  });

  it('undo what they tell, once, and go with it; the keyboard goes back to where it was', async () => {
    const undo = vi.fn();
    const shown = mount(AppNotices, { attachTo: document.body });
    const field = document.body.appendChild(document.createElement('input'));
    field.focus();
    tell('Cancelled.', { text: 'Undo', run: undo });
    await nextTick();
    await shown.findAll('button')[0].trigger('focusin', { relatedTarget: field });
    (shown.findAll('button')[0].element as HTMLElement).focus();
    await shown.findAll('button')[0].trigger('click');
    expect(document.activeElement).toBe(field);
    field.remove();
    expect(undo).toHaveBeenCalledTimes(1);
    expect(notices.value).toEqual([]);
    shown.unmount();
  });
});

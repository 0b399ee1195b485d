import { ref } from 'vue';

interface Question {
  readonly title: string;
  readonly text: string;
  /** what the answer yes does */
  readonly action: string;
  readonly answer: (yes: boolean) => void;
}

const question = ref<Question | null>(null);

/** Asks before something is stopped or lost; one question at a time, a new one answers the old with no. */
export function useQuestion() {
  function ask(title: string, text: string, action: string): Promise<boolean> {
    question.value?.answer(false);
    return new Promise((resolve) => {
      question.value = {
        title,
        text,
        action,
        answer(yes) {
          question.value = null;
          resolve(yes);
        },
      };
    });
  }
  return { question, ask };
}

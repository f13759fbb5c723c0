// A text that is meant to be copied.
import { useState } from "preact/hooks";
import { Icon } from "./icons";
import { useSpeech } from "./language";

export function Copyable(props: { text: string; label: string }) {
  const { t } = useSpeech();
  const [copied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard.writeText(props.text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <span class="copyable">
      <code dir="ltr">{props.text}</code>
      <button type="button" class="quiet" onClick={copy} onBlur={() => setCopied(false)} aria-label={t("page.copy", { what: props.label })}>
        <Icon of="copy" size={16} />
        <span aria-live="polite">{copied ? t("page.copied") : t("page.copy_short")}</span>
      </button>
    </span>
  );
}

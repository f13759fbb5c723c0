// The list that this node keeps, whom it registers with, and its limits.
import type { Node } from "@qnet/api";
import { has } from "../logic/words";
import { Card, Facts } from "../ui/card";
import { StateIcon } from "../ui/icons";
import { useSpeech } from "../ui/language";

export function DirectoryCard(props: { node: Node }) {
  const { t, number } = useSpeech();
  const { directory } = props.node;
  if (!directory) return null;
  const counts = ["waiting", "registrations", "heartbeats", "refused", "snapshots", "renewals", "measures", "reports"] as const;
  return (
    <Card title={t("page.directory")}>
      <Facts
        of={[
          { name: t("page.directory_store"), value: t(directory.store_works ? "page.works" : "page.fails") },
          { name: t("page.listed"), value: number(directory.listed) },
          ...counts.map((name) => ({ name: t(`page.directory_${name}`), value: number(directory[name]) })),
        ]}
      />
    </Card>
  );
}

export function RegisteredCard(props: { node: Node }) {
  const { t } = useSpeech();
  const { registered } = props.node;
  if (registered.length === 0) return null;
  return (
    <Card title={t("page.registered")} note={t("page.registered_note")}>
      <ul class="peers">
        {registered.map((row) => (
          <li key={row.directory}>
            <StateIcon state={row.listed ? "connected" : "offline"} size={22} />
            <span class="words">
              <bdi class="name">{row.directory}</bdi>
              <span class="note">{t(row.listed ? "page.is_listed" : "page.is_not_listed")}</span>
              {row.problem && (
                <bdi class="note" lang="en">
                  {row.problem}
                </bdi>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function LimitsCard(props: { node: Node }) {
  const { t, said, number, rate, bytes } = useSpeech();
  const limits = Object.entries(props.node.limits).sort(([a], [b]) => a.localeCompare(b));
  if (limits.length === 0) return null;
  const name = (code: string) =>
    has(`page.limit.${code}`) ? said(`page.limit.${code}`) : code.replaceAll("_", " ");
  const value = (code: string, count: number) => {
    if (count === 0) return t("page.no_limit");
    if (code.endsWith("bytes_per_second")) return rate(count);
    return code.endsWith("bytes") ? bytes(count) : number(count);
  };
  return (
    <Card title={t("page.limits")}>
      <Facts of={limits.map(([code, count]) => ({ name: name(code), value: value(code, count) }))} />
    </Card>
  );
}

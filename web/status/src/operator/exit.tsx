// What leaves the network here: allowed, and refused by reason.
import type { Node } from "@qnet/api";
import { has } from "../logic/words";
import { Card, Facts } from "../ui/card";
import { useSpeech } from "../ui/language";

export function ExitCard(props: { node: Node }) {
  const { t, said, number } = useSpeech();
  const { exit, abuse_contact } = props.node;
  if (!exit) return null;
  const refused = Object.entries(exit.refused)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  const most = refused[0]?.[1] ?? 1;
  const reason = (code: string) => (has(`page.refusal.${code}`) ? said(`page.refusal.${code}`) : code.replaceAll("_", " "));
  return (
    <Card title={t("page.exit")}>
      <Facts
        of={[
          { name: t("page.exit_total"), value: number(exit.total) },
          { name: t("page.exit_failures"), value: number(exit.failures) },
          { name: t("page.abuse_contact"), value: abuse_contact ? <bdi>{abuse_contact}</bdi> : t("page.abuse_none") },
        ]}
      />
      <h3>{t("page.exit_refused")}</h3>
      {refused.length === 0 ? (
        <p class="empty">{t("page.exit_refused_none")}</p>
      ) : (
        <table class="bars">
          <thead class="sr-only">
            <tr>
              <th scope="col">{t("page.reason")}</th>
              <th scope="col">{t("page.count")}</th>
            </tr>
          </thead>
          <tbody>
            {refused.map(([code, count]) => (
              <tr key={code}>
                <th scope="row">
                  {reason(code)}
                  <meter aria-hidden="true" min={0} max={most} value={count} />
                </th>
                <td>{number(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

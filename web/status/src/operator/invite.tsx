// The invite of this peer, for whom the operator chooses.
import type { Invite } from "@qnet/api";
import { useState } from "preact/hooks";
import { Card } from "../ui/card";
import { Copyable } from "../ui/copy";
import { api, useDoing } from "../ui/doing";
import { useSpeech } from "../ui/language";
import { OutcomeNote } from "../ui/outcome";

export function InviteCard() {
  const { t } = useSpeech();
  const { run, busy, mayChange } = useDoing();
  const [invite, setInvite] = useState<Invite | null>(null);
  const show = () => run("share", async () => setInvite(await api.invite()));
  return (
    <Card title={t("page.share")}>
      <p class="lead">{t("page.share_how")}</p>
      {invite ? (
        <div class="share">
          <img src={`data:image/svg+xml,${encodeURIComponent(invite.qr_svg)}`} alt={t("page.share_code")} width="220" height="220" />
          <Copyable text={invite.link} label={t("page.invite_link")} />
          <button type="button" class="quiet" onClick={() => setInvite(null)}>
            {t("page.hide")}
          </button>
        </div>
      ) : (
        <button type="button" class="primary" aria-busy={busy === "share"} onClick={show}>
          {t("page.share_show")}
        </button>
      )}
      <OutcomeNote of={["share"]} />
      {!mayChange && <p class="look-only">{t("page.look_only")}</p>}
    </Card>
  );
}

// Takes an invite: as a pasted link, from a picture of a QR code, or by the camera.
import { useState } from "preact/hooks";
import { isInvite } from "../logic/node";
import type { Key } from "../logic/words";
import { Camera } from "../qr/camera";
import { readFile } from "../qr/read";
import { Card } from "../ui/card";
import { api, useDoing } from "../ui/doing";
import { Icon } from "../ui/icons";
import { useSpeech } from "../ui/language";
import { OutcomeNote } from "../ui/outcome";

export function AddInvite() {
  const { t } = useSpeech();
  const { run, busy } = useDoing();
  const [link, setLink] = useState("");
  const [told, setTold] = useState<Key | null>(null);
  const [watching, setWatching] = useState(false);

  const take = (text: string, words: Key) => {
    setLink(text);
    setTold(words);
    setWatching(false);
  };
  const picture = async (event: Event) => {
    const field = event.currentTarget as HTMLInputElement;
    const file = field.files?.[0];
    field.value = "";
    if (!file) return;
    const found = await readFile(file);
    if (found === null) setTold("page.invite_no_code");
    else take(found, "page.invite_found");
  };
  const add = async (event: Event) => {
    event.preventDefault();
    const text = link.trim();
    if (!isInvite(text)) return setTold("page.invite_wrong");
    setTold(null);
    if (await run("invite", () => api.addInvite(text))) take("", "page.invite_added");
  };
  const wrong = told === "page.invite_wrong";
  return (
    <Card title={t("page.add_invite")} id="add-invite">
      <p class="lead">{t("page.add_invite_how")}</p>
      <form class="invite" onSubmit={add} noValidate>
        <label for="invite-link">{t("page.invite_link")}</label>
        <div class="row">
          <input
            id="invite-link"
            type="text"
            dir="ltr"
            placeholder="qnet://…"
            autocomplete="off"
            spellcheck={false}
            maxLength={4096}
            value={link}
            aria-invalid={wrong}
            aria-describedby="invite-told"
            onInput={(event) => {
              setLink(event.currentTarget.value);
              setTold(null);
            }}
          />
          <button type="submit" class="primary" aria-busy={busy === "invite"}>
            {t("page.add")}
          </button>
        </div>
        <p id="invite-told" role="status" class={wrong || told === "page.invite_no_code" ? "told wrong" : "told"}>
          {told && t(told)}
        </p>
        <div class="row sources">
          <label class="file secondary small">
            <Icon of="picture" size={18} />
            {t("page.from_picture")}
            <input type="file" accept="image/*" onChange={picture} />
          </label>
          <button type="button" class="secondary small" aria-expanded={watching} onClick={() => setWatching(!watching)}>
            <Icon of="camera" size={18} />
            {t("page.use_camera")}
          </button>
        </div>
      </form>
      <OutcomeNote of={["invite"]} />
      {watching && (
        <Camera
          found={(text) => take(text, "page.invite_found")}
          failed={() => {
            setWatching(false);
            setTold("page.camera_fails");
          }}
          close={() => setWatching(false)}
        />
      )}
    </Card>
  );
}

// The camera's picture, until it shows an invite.
import { useEffect, useRef } from "preact/hooks";
import { useSpeech } from "../ui/language";
import { readVideo } from "./read";

const LOOK_EACH_MS = 200;

export function Camera(props: { found: (link: string) => void; failed: () => void; close: () => void }) {
  const { t } = useSpeech();
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let timer = 0;
    let gone = false;
    const stop = () => {
      gone = true;
      clearInterval(timer);
      stream?.getTracks().forEach((track) => track.stop());
    };
    const look = () => {
      const link = video.current && readVideo(video.current);
      if (!link) return;
      stop();
      props.found(link);
    };
    const begin = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (gone || video.current === null) return stop();
      video.current.srcObject = stream;
      await video.current.play();
      timer = window.setInterval(look, LOOK_EACH_MS);
    };
    begin().catch(() => gone || props.failed());
    return stop;
  }, []);
  return (
    <div class="camera">
      <video ref={video} muted playsInline aria-label={t("page.camera_picture")} />
      <p class="note">{t("page.camera_hold")}</p>
      <button type="button" class="secondary small" onClick={props.close}>
        {t("page.camera_stop")}
      </button>
    </div>
  );
}

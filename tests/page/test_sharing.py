"""An invite goes from an operator's page to a client's: as a link, as a picture of its code, and by the camera."""

import base64
import unittest

from live import WORDS, LiveCase, address_of

# Draws the code that the operator's page shows, in the middle of a white picture. Gives a PNG and its grey values.
DRAW = """(async () => {
  const image = new Image();
  image.src = document.querySelector(".share img").src;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [640, 480];
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, 640, 480);
  context.imageSmoothingEnabled = false;
  context.drawImage(image, 90, 10, 460, 460);
  const pixels = context.getImageData(0, 0, 640, 480).data;
  let grey = "";
  for (let i = 0; i < pixels.length; i += 4) grey += String.fromCharCode(pixels[i]);
  return { png: canvas.toDataURL("image/png").split(",")[1], grey: btoa(grey) };
})()"""


class Sharing(LiveCase):
    def shown_by(self, operator, kind="chromium"):
        """The link and the pictures that an operator's page shows."""
        page = self.browser(kind).page(address_of(operator))
        page.press_button(WORDS["page.share_show"])
        page.wait(lambda: page.exists(".share img"), "the invite")
        page.wait(lambda: page.evaluate("document.querySelector('.share img').complete"), "its code")
        self.assertEqual(page.findings(), [])
        return page.text(".share code").strip(), page.evaluate(DRAW)

    def add(self, page, link):
        page.wait(lambda: page.evaluate("document.getElementById('invite-link').value") == link, "the link is taken")
        page.press_button(WORDS["page.add"])
        page.wait_text("#invite-told", WORDS["page.invite_added"])

    def dead_end(self):
        """A client whose only peer never answers."""
        return self.client(self.invite_of("nobody", 1))

    def becomes_connected(self, client, page):
        self.browse(client)
        page.wait_state("connected")

    def test_a_pasted_link(self):
        for kind in ("chromium", "firefox"):
            with self.subTest(kind):
                operator = self.exit(f"exit-{kind}")
                link, _ = self.shown_by(operator, kind)
                self.assertEqual(link, operator.invite())
                client = self.client(self.invite_of(f"nobody-{kind}", 1), name=f"client-{kind}")
                page = self.browser(kind).page(address_of(client))
                page.wait_state("offline")
                page.press_button(WORDS["page.remedy.invite"])
                page.type("http://" + link)
                page.press("Enter")
                page.wait_text("#invite-told", WORDS["page.invite_wrong"])
                page.evaluate("document.getElementById('invite-link').select()")
                page.type(link)
                self.add(page, link)
                self.becomes_connected(client, page)

    def test_a_picture_of_the_code(self):
        link, drawn = self.shown_by(self.exit())
        picture = self.own_folder("picture").with_suffix(".png")
        picture.write_bytes(base64.b64decode(drawn["png"]))
        empty = self.own_folder("empty").with_suffix(".png")
        client = self.dead_end()
        for kind in ("firefox", "chromium"):
            with self.subTest(kind):
                page = self.browser(kind).page(address_of(client))
                page.wait_state("offline")
                page.screenshot(empty)  # no code is in that picture
                page.upload("input[type=file]", empty)
                page.wait_text("#invite-told", WORDS["page.invite_no_code"])
                page.upload("input[type=file]", picture)
                page.wait_text("#invite-told", WORDS["page.invite_found"])
        self.add(page, link)
        self.becomes_connected(client, page)

    def test_the_camera(self):
        link, drawn = self.shown_by(self.exit())
        film = self.own_folder("film").with_suffix(".y4m")
        colourless = bytes([128]) * (320 * 240 * 2)
        film.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420mpeg2\nFRAME\n" + base64.b64decode(drawn["grey"])
                         + colourless)
        client = self.dead_end()
        browser = self.browser(permissions=["camera"], args=[
            "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"])
        page = browser.page(address_of(client))
        page.wait_state("offline")
        page.press_button(WORDS["page.use_camera"])
        page.wait_text("#invite-told", WORDS["page.invite_found"])
        self.assertFalse(page.exists("video"), "the camera is off again")
        self.add(page, link)
        self.becomes_connected(client, page)

    def test_without_a_camera_the_page_says_what_else_helps(self):
        page = self.browser().page(address_of(self.dead_end()))
        page.press_button(WORDS["page.use_camera"])
        page.wait_text("#invite-told", WORDS["page.camera_fails"])

    def test_an_invite_is_not_shown_without_the_key(self):
        operator = self.exit()
        page = self.browser().page(address_of(operator, key=False))
        page.press_button(WORDS["page.share_show"])
        page.wait_text(".outcome", WORDS["page.needs_key"])
        self.assertNotIn("qnet://", page.text())
        self.assertNotIn(operator.invite(), page.evaluate("document.documentElement.outerHTML"))


if __name__ == "__main__":
    unittest.main()

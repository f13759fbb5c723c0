#include "transport/mirror/page_visit.hpp"

#include <array>
#include <utility>

#include "transport/mirror/error.hpp"

namespace qnet::mirror {

namespace {

h2::Opening opening_of(const client_hello::PageRequest& page) {
  h2::Opening opening;
  opening.settings.reserve(page.settings.size());
  for (const auto& [id, value] : page.settings) opening.settings.emplace_back(id, value);
  opening.window = page.window;
  opening.stream_window = page.stream_window;
  opening.weight = page.weight;
  opening.exclusive = page.exclusive;
  return opening;
}

}  // namespace

PageVisit::PageVisit(tls::Client client, client_hello::PageRequest page, std::string authority,
                     std::shared_ptr<const crypto::TrustStore> trust)
    : trust_(std::move(trust)),
      client_(std::move(client)),
      page_(std::move(page)),
      authority_(std::move(authority)) {}

base::Result<void> PageVisit::receive(base::ByteView bytes) {
  if (auto taken = client_.receive(bytes); !taken) return taken;
  if (!client_.established()) return {};
  if (!std::exchange(asked_, true))
    if (auto done = ask(); !done) return done;
  const auto text = client_.take_plaintext();
  received_ += text.size();
  if (received_ > PageLimits::page) return base::fail(Errc::page_too_long);
  return http2_ ? take_frames(text) : base::Result<void>{};
}

base::Result<void> PageVisit::ask() { return client_.flight().alpn == "h2" ? ask_http2() : ask_http1(); }

std::string PageVisit::value_of(const client_hello::PageRequest::Field& field) const {
  return field.value == client_hello::PageRequest::host_word ? authority_ : field.value;
}

base::Result<void> PageVisit::ask_http1() {
  std::string head = "GET / HTTP/1.1\r\n";
  for (const auto& field : page_.http1) head += field.name + ": " + value_of(field) + "\r\n";
  return client_.write(base::bytes_of(head + "\r\n"));
}

base::Result<void> PageVisit::ask_http2() {
  http2_ = std::make_unique<h2::Engine>(h2::Limits::browser(), opening_of(page_));
  // A record of its own, as browsers have it, and then another with the request.
  if (auto written = write_frames(); !written) return written;
  h2::Headers headers;
  headers.reserve(page_.http2.size());
  for (const auto& field : page_.http2) headers.push_back({field.name, value_of(field)});
  constexpr bool without_body = true;
  if (auto asked = http2_->request(headers, without_body); !asked) return base::forward_error(asked);
  return write_frames();
}

base::Result<void> PageVisit::take_frames(base::ByteView bytes) {
  auto taken = http2_->receive(bytes);
  std::array<std::uint8_t, 4096> unread;
  while (const auto event = http2_->next_event())
    while (http2_->read(event->stream, unread) > 0) continue;
  if (auto written = write_frames(); !written) return written;
  return taken;
}

base::Result<void> PageVisit::write_frames() {
  base::ByteQueue frames;
  http2_->output(frames, h2::Limits::browser().frames);
  return frames.empty() ? base::Result<void>{} : client_.write(frames.view());
}

}  // namespace qnet::mirror

#include "transport/mirror/browser_http2.hpp"

namespace qnet::mirror {

std::unique_ptr<h2::Engine> make_browser_http2(const client_hello::PageRequest& page) {
  h2::Opening opening;
  opening.settings.reserve(page.settings.size());
  for (const auto& [id, value] : page.settings) opening.settings.emplace_back(id, value);
  opening.window = page.window;
  opening.stream_window = page.stream_window;
  opening.weight = page.weight;
  opening.exclusive = page.exclusive;
  return std::make_unique<h2::Engine>(h2::Limits::browser(), std::move(opening));
}

base::Bytes frames_of(h2::Engine& http2) {
  base::ByteQueue frames;
  http2.output(frames, h2::Limits::browser().frames);
  const auto view = frames.view();
  return {view.begin(), view.end()};
}

base::Result<void> ask_for_page(h2::Engine& http2, const client_hello::PageRequest& page,
                                const std::string& authority) {
  h2::Headers headers;
  headers.reserve(page.http2.size());
  for (const auto& field : page.http2) headers.push_back({field.name, field.value_at(authority)});
  constexpr bool without_body = true;
  if (auto asked = http2.request(headers, without_body); !asked) return base::forward_error(asked);
  return {};
}

}  // namespace qnet::mirror

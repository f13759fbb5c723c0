#include "protocol/http/message.hpp"

#include <boost/json.hpp>

namespace qnet::http {

Reply error_reply(unsigned status, std::string_view error, std::string_view hint) {
  boost::json::object body;
  body["error"] = error;
  body["hint"] = hint;
  return {status, "application/json", boost::json::serialize(body) + "\n", {}};
}

Reply too_many_requests(std::string_view hint, std::chrono::seconds pause) {
  auto reply = error_reply(429, "Too many requests.", hint);
  retry_after(reply, pause);
  return reply;
}

void retry_after(Reply& reply, std::chrono::seconds pause) {
  reply.fields.emplace_back("Retry-After", std::to_string(pause.count()));
}

}  // namespace qnet::http

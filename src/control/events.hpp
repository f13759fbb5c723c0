// GET /events: how QNet is doing, each second, as server-sent events.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "protocol/http/router.hpp"

namespace qnet::control {

/// `status` gives the JSON of now, or nothing when QNet stops: then the stream ends.
[[nodiscard]] http::Route events_route(const boost::asio::any_io_executor& executor,
                                       std::function<std::optional<std::string>()> status);

}  // namespace qnet::control

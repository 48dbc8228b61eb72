(function () {
  var open = document.getElementById("open-all");
  var all = function () { return document.querySelectorAll("details"); };
  open.hidden = false;
  open.addEventListener("click", function () {
    var any = Array.prototype.some.call(all(), function (one) { return !one.open; });
    all().forEach(function (one) { one.open = any; });
  });
  var reveal = function () {
    var at = location.hash && document.getElementById(location.hash.slice(1));
    for (var one = at; one; one = one.parentElement) {
      if (one.tagName === "DETAILS") { one.open = true; }
    }
    if (at) { at.scrollIntoView({ block: "center" }); }
  };
  window.addEventListener("hashchange", reveal);
  reveal();
})();

"use strict";
(function () {
  var form = document.getElementById("filters");
  var marks = Array.from(document.querySelectorAll("a.m"));
  var rows = Array.from(document.querySelectorAll("tr[data-kind]"));
  var count = document.getElementById("count");
  function chosen(name) {
    return Array.from(form.querySelectorAll('input[name="' + name + '"]:checked'), function (box) { return box.value; });
  }
  function apply() {
    var kinds = chosen("kind"), states = chosen("status"), topic = form.elements.topic.value, shown = 0;
    function fits(el) {
      var d = el.dataset;
      return kinds.includes(d.kind) &&
        d.status.split(" ").some(function (s) { return states.includes(s); }) &&
        (!topic || d.topic.split(" ").includes(topic));
    }
    marks.forEach(function (m) { var on = fits(m); m.classList.toggle("off", !on); m.tabIndex = on ? 0 : -1; shown += on; });
    rows.forEach(function (r) { r.hidden = !fits(r); });
    count.textContent = count.dataset.form.replace("#", shown).replace("#", marks.length);
  }
  function jump(step) {
    var on = marks.filter(function (m) { return !m.classList.contains("off"); });
    if (!on.length) return;
    var at = on.findIndex(function (m) { return m.id === decodeURIComponent(location.hash.slice(1)); });
    var next = on[at < 0 ? (step > 0 ? 0 : on.length - 1) : (at + step + on.length) % on.length];
    location.hash = encodeURIComponent(next.id);
    next.focus({ preventScroll: true });
  }
  form.hidden = false;
  form.addEventListener("change", apply);
  form.addEventListener("reset", function () { setTimeout(apply, 0); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  document.getElementById("next").addEventListener("click", function () { jump(1); });
  document.getElementById("previous").addEventListener("click", function () { jump(-1); });
  var box = document.getElementById("box");
  if (matchMedia("(max-width: 60rem)").matches) box.open = false;
  apply();
})();

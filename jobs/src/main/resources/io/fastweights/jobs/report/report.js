// Values of charts at the pointer or at a touch. Without this script the browser shows them as titles.
const tip = document.createElement('div');
tip.className = 'tip';
tip.hidden = true;
document.body.append(tip);
function prepare() {
  for (const title of document.querySelectorAll('svg title')) {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  }
}
prepare();
function show(event) {
  const at = event.target.closest ? event.target.closest('[data-tip]') : null;
  tip.hidden = !at;
  if (!at) return;
  tip.textContent = at.dataset.tip;
  const box = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, event.clientX + 14), innerWidth - box.width - 8);
  const above = event.clientY - box.height - 14;
  tip.style.left = Math.max(8, left) + 'px';
  tip.style.top = (above < 8 ? event.clientY + 18 : above) + 'px';
}
for (const name of ['pointermove', 'pointerdown']) addEventListener(name, show);
addEventListener('scroll', () => { tip.hidden = true; }, { passive: true });
document.documentElement.addEventListener('pointerleave', () => { tip.hidden = true; });

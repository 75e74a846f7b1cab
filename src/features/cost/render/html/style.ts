/**
 * The look of the page: one column on a phone, two on a desk; light or dark as the reader's system is.
 * The series colours differ in lightness too, so that they can be told apart without their hue.
 */
export const pageStyle = `
:root{color-scheme:light dark;
--page:#f6f7f9;--card:#fff;--ink:#161a20;--soft:#566070;--line:#e1e5ea;--track:#e7eaef;
--good:#0b7a4b;--good-soft:#dff3e8;--warn:#8a5300;--warn-soft:#fdeecf;--bad:#b3261e;--bad-soft:#fbe2df;
--main:#2457c5;--main-soft:#c9d8f7;--before:#a3abb8;
--s0:#2457c5;--s1:#e08a1e;--s2:#1f9e89;--s3:#8e4ec6;--s4:#d6517d;--s5:#6ba7e5;--s6:#9a8c2b;--s7:#a9b1bd;--sr:#0b7a4b}
@media (prefers-color-scheme:dark){:root{
--page:#0f1216;--card:#181c22;--ink:#edf0f4;--soft:#a2acba;--line:#2b323b;--track:#2a313b;
--good:#5bd19a;--good-soft:#143526;--warn:#f2bf62;--warn-soft:#3a2c0f;--bad:#ff8f85;--bad-soft:#43201d;
--main:#7ea6ff;--main-soft:#2b406e;--before:#667080;
--s0:#7ea6ff;--s1:#f0a94b;--s2:#4cc9b0;--s3:#bd8cf0;--s4:#f285aa;--s5:#a6cdf5;--s6:#cfc060;--s7:#717b89;--sr:#5bd19a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1120px;margin:0 auto;padding:28px 20px 48px;display:grid;gap:18px}
h1,h2,p{margin:0}
h1{font-size:16px;font-weight:600;color:var(--soft)}
h2{font-size:16px;font-weight:650;margin-bottom:10px}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:20px;min-width:0}
.top{display:flex;flex-wrap:wrap;justify-content:space-between;gap:4px 20px;align-items:baseline}
.top+.big{margin-top:10px}.state{margin:8px 6px 0 0}.big{font-size:clamp(30px,6vw,44px);font-weight:700;letter-spacing:-.02em;line-height:1.15;font-variant-numeric:tabular-nums}
.big small{font-size:.5em;font-weight:500;color:var(--soft);letter-spacing:0}
.state{display:inline-block;padding:4px 12px;border-radius:99px;font-weight:650;font-size:14px}
.good{color:var(--good);background:var(--good-soft)}.warning{color:var(--warn);background:var(--warn-soft)}
.bad{color:var(--bad);background:var(--bad-soft)}.calm{color:var(--soft);background:var(--track)}
.soft{color:var(--soft)}.small{font-size:13px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px}
.tile b{display:block;font-size:22px;font-weight:680;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.two{display:grid;gap:18px;grid-template-columns:minmax(0,1fr)}
svg{display:block;max-width:100%;height:auto;overflow:visible}
.narrow{display:none}
text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:var(--soft)}
.grid{stroke:var(--line);fill:none}.now,.expected,.before,.spark path{fill:none;stroke:var(--main);stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}
.expected{stroke-dasharray:2 6}.before{stroke:var(--before);stroke-width:1.5}.band{fill:var(--main-soft);opacity:.65}.dot{fill:var(--main)}
.limit{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:6 4;fill:none}.limit-text{fill:var(--bad);font-weight:600}
.track{fill:var(--track)}.ahead{fill:var(--main-soft)}.fill{fill:var(--main)}.over{fill:var(--bad)}
.mark{stroke:var(--ink);stroke-width:2;fill:none}.mark-text{fill:var(--ink);font-weight:600}.whisker{stroke:var(--main);stroke-width:2;fill:none}
.spark{width:96px;height:24px}.spark path{stroke-width:1.75}.bar{width:100%;height:10px;border-radius:5px}
.open{opacity:.55}
.s0{fill:var(--s0)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}.s3{fill:var(--s3)}.s4{fill:var(--s4)}.s5{fill:var(--s5)}.s6{fill:var(--s6)}.s7{fill:var(--s7)}.sr{fill:var(--sr)}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 10px;padding:0;list-style:none;font-size:13px;color:var(--soft)}
.legend svg{display:inline-block;width:10px;height:10px;margin-right:6px}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left}
th,td{padding:7px 12px 7px 0;text-align:right;border-bottom:1px solid var(--line);vertical-align:middle;white-space:nowrap}
th:first-child,td:first-child{text-align:left;white-space:normal}
th.l,td.l{text-align:left;padding-right:24px}
td:last-child,th:last-child{padding-right:0!important}
thead th{font-size:13px;font-weight:600;color:var(--soft)}
tbody tr:last-child td,tbody tr:last-child th{border-bottom:0}
tfoot th,tfoot td{border-bottom:0;border-top:1px solid var(--line);font-weight:400;padding-top:7px}
tfoot tr.sum th,tfoot tr.sum td{font-weight:680}
th[scope=row]{font-weight:500}
.up{color:var(--bad)}.down{color:var(--good)}
.pin{border-left:3px solid var(--line);padding-left:14px}.pin.warning,.pin.bad,.pin.good,.pin.calm{background:none}.pin.warning,.pin.bad,.pin.good{border-color:currentColor}
.pin p+p{margin-top:4px}.pin+.pin{margin-top:14px}
.pin p{color:var(--ink)}.pin .soft{color:var(--soft)}
code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
details summary{cursor:pointer;color:var(--soft);font-size:14px;padding:6px 0}
.categories{list-style:none;margin:0;padding:0;display:grid;gap:14px}.categories .bar{margin-top:5px}.categories b{font-weight:600;display:inline-block;min-width:62px;text-align:right}
footer{color:var(--soft);font-size:13px;display:grid;gap:4px}
@media (min-width:900px){.two{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}}
@media (max-width:640px){main{padding:16px 12px 32px;gap:12px}.card{padding:16px 14px}.wide{display:none}.narrow{display:block}
.hide{display:none}td .small{display:block}
table{font-size:14px}th,td{padding-right:10px}.tile b{font-size:18px}.tiles{gap:10px}}
@media print{:root{color-scheme:light}body{background:#fff}.card{break-inside:avoid}}
`
